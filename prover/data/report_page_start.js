// Begins. Runs last: until here nothing has touched the page.

startCurve();
fillControls();
refresh();
listen();
followHash();
