package videoapi_test
import ("testing";"time";"fmt")
func TestTmp(t *testing.T){
	ann := start(t).User("ann")
	for range 3 { b:=time.Now(); film(t, ann, request()); fmt.Println("one", time.Since(b)) }
	b:=time.Now()
	var ids []string
	for range 20 { ids=append(ids, order(t,ann,request())) }
	for _,id:=range ids { settle(t,ann,id) }
	fmt.Println("20", time.Since(b))
}
